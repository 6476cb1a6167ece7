export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** For a cell of a table, or a line. */
export const escapeMarkdown = (text: string): string => text.replace(/([|<>])/g, '\\$1').replace(/\s*\n\s*/g, ' ');
