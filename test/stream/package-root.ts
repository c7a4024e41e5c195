import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** The folder of package.json: tests run from their source and from `dist`. */
export const packageRoot: URL = rootAbove(new URL('.', import.meta.url))

/** A file of the package, as a path. */
export function packageFile (path: string): string {
  return fileURLToPath(new URL(path, packageRoot))
}

/** Another Node, one of the development dependencies. */
export function nodeRuntime (version: 20 | 22): string {
  const folder = createRequire(import.meta.url).resolve(`node${version}-runtime/package.json`)

  return fileURLToPath(new URL('node_modules/.bin/node', `file://${folder}`))
}

function rootAbove (folder: URL): URL {
  return existsSync(new URL('package.json', folder)) ? folder : rootAbove(new URL('..', folder))
}
