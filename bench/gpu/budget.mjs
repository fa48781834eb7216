/** The time limit of a run, and how the steps share what is left of it. */

/** @param steps - with the `weight` of each, in the order they run in. */
export function createBudget(limitMs, steps, now = () => performance.now()) {
  const endMs = now() + limitMs;
  return {
    /** Milliseconds for a step: its part of what is left, so that what one leaves goes to those behind it. */
    partOf(name) {
      const left = Math.max(0, endMs - now());
      const behind = steps.slice(steps.findIndex((step) => step.name === name));
      const all = behind.reduce((sum, { weight }) => sum + weight, 0);
      return (left * behind[0].weight) / all;
    },
  };
}
