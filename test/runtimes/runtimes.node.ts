import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'aegir/chai'
import { childEnv } from '../fixtures/child-env.ts'
import { RUNTIMES } from './runtimes.ts'

const ROOT = join(import.meta.dirname, '../..')

interface Result {
  status: number | null
  stdout: string
  stderr: string
}

describe('runtimes', function () {
  this.timeout(60_000)

  let empty: string

  before(async () => { empty = await mkdtemp(join(tmpdir(), 'no-browser-')) })
  after(async () => { await rm(empty, { recursive: true }) })

  /** Runs a script where no browser is installed, and none can be downloaded. */
  function withoutBrowser (script: string, args: string[], env: Record<string, string> = {}): Result {
    const { CI, ...rest } = childEnv()

    return spawnSync(process.execPath, [join(ROOT, script), ...args], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...rest, PATH: empty, PLAYWRIGHT_BROWSERS_PATH: empty, PLAYWRIGHT_DOWNLOAD_HOST: 'http://127.0.0.1:9', ...env }
    })
  }

  it('should say that the tests in a browser are skipped, and why', () => {
    const { status, stdout } = withoutBrowser('test/browser/run.ts', ['browser'])

    expect(stdout).to.match(/^SKIPPED the tests in a browser: no Chromium is installed, and playwright could not download its own/)
    expect(status).to.equal(0)
  })

  it('should fail in CI where there is no browser', () => {
    const specs = withoutBrowser('test/browser/run.ts', ['webworker'], { CI: 'true' })
    expect(specs.stderr).to.match(/^No tests in a webworker: no Chromium is installed/)
    expect(specs.status).to.equal(1)

    const demo = withoutBrowser('demo-browser/test.ts', [], { CI: 'true' })
    expect(demo.stderr).to.include('no Chromium is installed')
    expect(demo.status).to.equal(1)
  })

  it('should fail when the runtime that is asked for is missing', () => {
    const { status, stdout } = withoutBrowser('test/runtimes/run.ts', ['firefox'])

    expect(stdout).to.include('Firefox, page: FAILED, no Firefox is installed')
    expect(status).to.equal(1)
  })

  it('should know no other runtimes', () => {
    const { status, stderr } = withoutBrowser('test/runtimes/run.ts', ['node18'])

    expect(stderr).to.include('unknown: node18; known: node22, node26, bun, deno, firefox')
    expect(status).to.equal(1)
  })

  it('should be those of the README, run by the scripts that it names', async () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
    const section = readme.slice(readme.indexOf('## Runtimes'), readme.indexOf('# API Docs'))
    const rows = section.split('\n').filter(line => line.startsWith('|')).slice(2).map(line => line.split('|').map(cell => cell.trim()))

    expect(rows.map(([, title, , script]) => [title, script])).to.deep.equal(RUNTIMES.map(({ title, script }) => [title, `\`npm run ${script}\``]))

    for (const { script } of RUNTIMES) {
      expect(scripts).to.have.property(script.split(' ')[0])
    }
  })
})
