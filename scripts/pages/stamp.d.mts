export const DIST: string;
export function sourcesHash(root: string): string;
export function areBuilt(root: string): boolean;
export function stampPath(folder: string): string;
