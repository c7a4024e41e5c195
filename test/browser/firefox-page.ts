/**
 * What runs in the page: mocha, and a reporter that speaks to the process outside.
 */

/** How all specs ended. */
export interface Report {
  passing: number
  pending: number
  failing: number
}

// both are globals here: mocha's own build for pages, and what puppeteer exposes
declare const mocha: BrowserMocha
declare function say (line: string, report?: Report): Promise<void>

interface BrowserMocha {
  setup (options: { ui: 'bdd', timeout: number, reporter: new () => object }): void
  run (): Runner
}

interface Runner {
  on (event: 'suite' | 'pass' | 'end', listener: (runnable: Runnable) => void): Runner
  on (event: 'fail', listener: (runnable: Runnable, err: Error) => void): Runner
  stats: { passes: number, pending: number, failures: number, duration: number }
}

interface Runnable {
  title: string
  root?: boolean
  parent?: Runnable
  fullTitle (): string
}

/** Runs what the specs that `load` brings have described. */
export async function runSpecs (timeout: number, load: Array<() => Promise<unknown>>): Promise<void> {
  // its own reporters write to the page
  mocha.setup({ ui: 'bdd', timeout, reporter: class {} })

  for (const spec of load) {
    await spec()
  }

  const runner = mocha.run()

  // one line for each spec file, more or less
  runner.on('suite', suite => {
    if (suite.parent?.root === true) {
      say(`  ${suite.title}`)
    }
  })
  runner.on('fail', (test, err) => { say(`  FAILED ${test.fullTitle()}\n    ${err.message}\n${err.stack ?? ''}`) })
  runner.on('end', () => {
    const { passes, pending, failures, duration } = runner.stats
    const seconds = Math.round(duration / 1_000)
    const lines = [`  ${passes} passing (${seconds}s)`, ...pending > 0 ? [`  ${pending} pending`] : [], ...failures > 0 ? [`  ${failures} failing`] : []]

    say(`\n${lines.join('\n')}\n`, { passing: passes, pending, failing: failures })
  })
}
