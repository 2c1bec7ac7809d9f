const hyphened = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The flag of a setting, by its name in the code. */
export const flagOf = (name: string): string => `--${hyphened(name)}`;

/** The flag that turns a switch off. */
export const offFlagOf = (name: string): string => `--no-${hyphened(name)}`;
