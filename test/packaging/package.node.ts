import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'aegir/chai'

interface Manifest {
  description: string
  scripts: Record<string, string>
  exports: Record<string, Record<string, string>>
  typesVersions: Record<string, Record<string, string[]>>
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const manifest: Manifest = await readJson('package.json')

describe('package', () => {
  it('should export what has a source, for import, require and types alike', () => {
    const subpaths = Object.entries(manifest.exports)
    expect(subpaths.length).to.be.above(1)

    for (const [subpath, conditions] of subpaths) {
      const source = sourceOf(conditions.import)

      expect(Object.keys(conditions), subpath).to.deep.equal(['types', 'import', 'module-sync'])
      expect(conditions['module-sync'], subpath).to.equal(conditions.import)
      expect(conditions.types, subpath).to.equal(conditions.import.replace(/\.js$/, '.d.ts'))
      expect(existsSync(path.join(root, source)), source).to.be.true()
    }
  })

  it('should let TypeScript without exports find every subpath', () => {
    const patterns = manifest.typesVersions['*']['*']

    for (const [subpath, { types }] of Object.entries(manifest.exports)) {
      const found = patterns.map(pattern => `./${pattern.replace('*', subpath.replace('./', ''))}.d.ts`)

      expect(subpath === '.' || found.includes(types), subpath).to.be.true()
    }
  })

  it('should document every subpath', async () => {
    const { entryPoints } = await readJson<{ entryPoints: string[] }>('typedoc.json')
    const sources = Object.values(manifest.exports).map(conditions => `./${sourceOf(conditions.import)}`)

    expect(entryPoints).to.have.members(sources)
  })

  it('should describe itself in the README as in package.json', async () => {
    expect(await read('README.md')).to.include(`\n> ${manifest.description}\n`)
  })

  it('should have every script that documents and workflows run', async () => {
    const files = ['.ci/run', ...await documents(), ...await filesIn('.github/workflows')]
    const scripts = (await Promise.all(files.map(scriptsIn))).flat()

    expect(scripts.map(({ script }) => script)).to.include.members(['lint', 'build', 'test'])

    for (const { file, script } of scripts) {
      expect(manifest.scripts, file).to.have.property(script)
    }
  })

  it('should have every file and heading that documents link to', async () => {
    for (const file of await documents()) {
      for (const [, target] of (await read(file)).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
        const [name, anchor] = target.split('#')
        const linked = name === '' ? file : path.join(path.dirname(file), name)

        expect(existsSync(path.join(root, linked)), `${file} links to ${target}`).to.be.true()

        if (anchor != null && linked.endsWith('.md')) {
          expect(anchorsOf(await read(linked)), `${file} links to ${target}`).to.include(anchor)
        }
      }
    }
  })
})

/** `./dist/src/x.js` to `src/x.ts`. */
function sourceOf (target: string): string {
  return target.replace('./dist/', '').replace(/\.js$/, '.ts')
}

async function scriptsIn (file: string): Promise<Array<{ file: string, script: string }>> {
  const text = await read(file)
  const scripts = [...text.matchAll(/npm run ([\w:-]+)|\bnpm (test|start)\b/g)]

  return scripts.map(([, run, short]) => ({ file, script: run ?? short }))
}

/** The Markdown files of the repository's root and of docs/. */
async function documents (): Promise<string[]> {
  const names = [...await readdir(root), ...await filesIn('docs')]

  return names.filter(name => name.endsWith('.md'))
}

async function filesIn (folder: string): Promise<string[]> {
  return (await readdir(path.join(root, folder))).map(name => `${folder}/${name}`)
}

/** Headings as GitHub links to them. */
function anchorsOf (markdown: string): string[] {
  const headings = markdown.matchAll(/^#+ (.*)$/gm)

  return [...headings].map(([, heading]) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'))
}

async function readJson<T> (file: string): Promise<T> {
  return JSON.parse(await read(file))
}

async function read (file: string): Promise<string> {
  return readFile(path.join(root, file), 'utf8')
}
