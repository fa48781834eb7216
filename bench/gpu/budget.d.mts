/** Types of budget.mjs. */
export function createBudget(
  limitMs: number,
  steps: readonly { readonly name: string; readonly weight: number }[],
  now?: () => number,
): { partOf(name: string): number };
