const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/g;

/** Columns of a terminal: a Korean letter takes two. */
export const widthOf = (text: string): number => text.length + (text.match(WIDE)?.length ?? 0);
export const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));
