/** Types of import-law.mjs for the test that runs it. */
export declare const RANKS: Readonly<Record<string, number>>;
export declare function importViolations(sourceRoot: string): string[];
