// browsers have no environment
const slow = globalThis.process?.env?.SLOW === '1'

/** How often fast-check tries: `fast` times, twenty times as often with SLOW=1 in the environment. */
export function runs (fast: number): { numRuns: number } {
  return { numRuns: slow ? 20 * fast : fast }
}
