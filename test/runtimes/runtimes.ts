/**
 * The runtimes that the shared specs run in, and the npm script that runs them there.
 */

import { systemFirefox } from '../browser/installed.ts'

export interface Runtime {
  /** Its name for `npm run test:runtimes -- <name>`. */
  readonly name: string

  /** Its name in the README. */
  readonly title: string

  /** What runs the specs, and what says which version it is; other scripts see to those without. */
  readonly command?: readonly string[]
  readonly version?: readonly string[]

  /** The npm script, as the README has it. */
  readonly script: string

  /** Why it cannot run here; absent where `npm ci` brings it. */
  missing? (): string | undefined
}

// where there is a node:crypto its sessions with the other backends as well
const MOCHA = ['node_modules/mocha/bin/mocha.js', '--timeout', '60000', '--reporter', 'dot', 'test/**/*.spec.ts', 'test/crypto-web/sessions.node.ts']

/** All of them, in the order of the README's table. */
export const RUNTIMES: readonly Runtime[] = [
  node(22),
  { name: 'node24', title: 'Node 24', script: 'test:node' },
  node(26),
  bundled('bun', 'Bun', ['node_modules/.bin/bun', '--bun', ...MOCHA]),

  // it keeps a process whose work is done: mocha has to end it
  bundled('deno', 'Deno', ['node_modules/.bin/deno', 'run', '--allow-all', '--no-lock', ...MOCHA, '--exit']),
  { name: 'chromium', title: 'Chromium, page', script: 'test:browser' },
  { name: 'chromium-worker', title: 'Chromium, worker', script: 'test:webworker' },
  {
    ...bundled('firefox', 'Firefox, page', ['node_modules/.bin/node', 'test/browser/firefox.ts']),
    version: undefined,
    missing: () => systemFirefox() == null ? 'no Firefox is installed (apt-get install firefox-esr, or that of mozilla.org)' : undefined
  }
]

function node (major: number): Runtime {
  return bundled(`node${major}`, `Node ${major}`, [`test/runtimes/node${major}/node_modules/node/bin/node`, ...MOCHA])
}

function bundled (name: string, title: string, command: string[]): Runtime {
  return { name, title, command, version: [command[0], '--version'], script: `test:runtimes -- ${name}` }
}
