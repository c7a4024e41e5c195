/**
 * `npm run test:examples`: sets up every example by the commands of its README,
 * runs its test, which takes the README's other steps, and counts.
 * `npm run test:examples -- two-nodes` for some of them.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readSteps, setupOf } from './readme.js'

const ROOT = join(import.meta.dirname, '../..')
const EXAMPLES = join(ROOT, 'examples')

const start = Date.now()
const all = readdirSync(EXAMPLES).filter(name => existsSync(join(EXAMPLES, name, 'package.json')) && name !== 'node_modules')
const names = process.argv.length > 2 ? process.argv.slice(2) : all

let passing = 0
let failing = 0

for (const name of names) {
  print(`\n=== examples/${name}\n`)

  const problems = check(name)
  problems.forEach(problem => { print(`✖ ${problem}\n`) })
  failing += problems.length

  // the first command of the setup is what brought us here
  const [, install] = setupOf(name)
  await run(`${install} && npm test`)
}

print(`\n  ${passing} passing (${Math.round((Date.now() - start) / 1000)}s)\n`)

if (failing > 0) {
  print(`  ${failing} failing\n`)
}

process.exitCode = failing > 0 || passing === 0 ? 1 : 0

// what is wrong with an example before it runs
function check (name) {
  const { dependencies, scripts } = JSON.parse(readFileSync(join(EXAMPLES, name, 'package.json'), 'utf8'))
  const setup = readSteps(join(EXAMPLES, name)).slice(0, setupOf(name).length).map(({ command }) => command)
  const imported = new Set(readdirSync(join(EXAMPLES, name)).filter(file => file.endsWith('.js')).flatMap(file => importsOf(join(EXAMPLES, name, file))))

  // one installation serves them all, so that a forgotten dependency would be found nevertheless
  return [
    [isDeepStrictEqual(setup, setupOf(name)), `its README does not begin with \`${setupOf(name).join('` and `')}\``],
    [isDeepStrictEqual([...imported].sort(), Object.keys(dependencies).sort()), `its dependencies are not what it imports: ${[...imported].sort().join(', ')}`],
    [scripts.start != null, 'it has no script "start"'],
    ...['README.md', 'examples/README.md'].map(file => [
      readFileSync(join(ROOT, file), 'utf8').includes(`/${name})`),
      `${file} does not link it`
    ])
  ].filter(([isFine]) => !isFine).map(([, problem]) => problem)
}

// the packages that a module imports
function importsOf (file) {
  return [...readFileSync(file, 'utf8').matchAll(/^import (?:[^'\n]*? from )?'([^'.][^']*)'$/gm)]
    .map(([, specifier]) => specifier)
    .filter(specifier => !specifier.startsWith('node:'))
    .map(specifier => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/'))
}

// shows what a command of the shell shows, and adds what its tests count
async function run (command) {
  const child = spawn(command, { cwd: ROOT, shell: true, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''

  child.stdout.setEncoding('utf8').on('data', text => {
    output += text
    print(text)
  })

  const [code] = await once(child, 'close')
  const [passed, failed] = ['pass', 'fail'].map(word => Number(output.match(new RegExp(`^\\S+ ${word} (\\d+)$`, 'm'))?.[1] ?? 0))

  passing += passed
  failing += code !== 0 && failed === 0 ? 1 : failed
}

function print (text) {
  process.stdout.write(text)
}
