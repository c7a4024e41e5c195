// Stryker's runner has no limit for a test, only for a run, after which it starts
// a new process: a mutant that makes a test hang is told sooner here.
const TIMEOUT = 10_000

export const mochaHooks = {
  beforeEach (this: Mocha.Context): void {
    if (this.currentTest?.timeout() === 0) {
      this.currentTest.timeout(TIMEOUT)
    }
  }
}
