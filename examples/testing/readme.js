/**
 * A README as the script of a test: what it says to type, and what it says one
 * will see.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { Session } from './session.js'

/**
 * @typedef {object} Step
 * @property {string} command - behind `$ ` in a block of the kind `console`
 * @property {string[]} output - the lines below it, in which `…` is anything
 */

/**
 * @param {string} folder - of the example
 * @returns {Step[]}
 */
export function readSteps (folder) {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  const steps = []

  for (const [, block] of readme.matchAll(/^```console\n(.*?)\n```$/gms)) {
    for (const line of block.split('\n')) {
      if (line.startsWith('$ ')) {
        steps.push({ command: line.slice('$ '.length), output: [] })
      } else {
        steps[steps.length - 1].output.push(line)
      }
    }
  }

  return steps
}

// what every README begins with; the first is done once, by CI as by people
export function setupOf (name) {
  return ['npm ci && npm run build', `cd examples/${name} && npm install`]
}

/**
 * For an example's test: the steps of its README after the setup, as functions
 * that take them. All of them have to be taken.
 *
 * @param {string} folder
 * @returns {Array<(t: import('node:test').TestContext, values?: Record<string, string>) => Session>}
 */
export function stepsOf (folder) {
  const steps = readSteps(folder).slice(setupOf('').length)
  const missed = new Set(steps)

  after(() => { assert.deepEqual([...missed].map(({ command }) => command), [], 'commands of the README that this test did not try') })

  return steps.map(step => (t, values = {}) => {
    missed.delete(step)

    const session = new Session(folder, fill(step.command, values), step.output.map(line => fill(line, values)))
    t.after(async () => session.kill())

    return session
  })
}

// `<address>` in a README is what an earlier step has shown
function fill (text, values) {
  return text.replaceAll(/<([a-z]+)>/g, (placeholder, name) => values[name] ?? placeholder)
}
