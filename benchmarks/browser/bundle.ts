/**
 * Bundles for a page, as an application's bundler would make them.
 */

import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { entryPoint } from '../subjects.ts'
import type { Source } from '../subjects.ts'
import type { Plugin } from 'esbuild'

const ROOT = new URL('../../', import.meta.url)

export interface Bundle {
  code: Uint8Array

  /** The paths of all modules in it, from the root of this repository */
  modules: string[]
}

export interface BundleOptions {
  /** What `libp2p-secure-peer` is */
  source: Source

  /** Leave out what is loaded by `import()` */
  firstLoadOnly?: boolean
}

/** Bundle TypeScript that runs in a page as a module */
export async function bundle (code: string, { source, firstLoadOnly = false }: BundleOptions): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: fileURLToPath(ROOT), loader: 'ts' },
    absWorkingDir: fileURLToPath(ROOT),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['production'],
    define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
    minify: true,
    metafile: true,
    write: false,
    logLevel: 'error',
    plugins: [thisPackage(source), ...(firstLoadOnly ? [withoutDynamicImports] : [])]
  })

  return { code: outputFiles[0].contents, modules: Object.keys(metafile.inputs) }
}

/** Finds this package as `source`: by its name it is the build only */
function thisPackage (source: Source): Plugin {
  return {
    name: 'this package',
    setup: ({ onResolve }) => {
      onResolve({ filter: /^libp2p-secure-peer$/ }, () => ({ path: fileURLToPath(entryPoint(source)), sideEffects: false }))
    }
  }
}

const withoutDynamicImports: Plugin = {
  name: 'without dynamic imports',
  setup: ({ onResolve }) => {
    onResolve({ filter: /./ }, ({ kind, path }) => kind === 'dynamic-import' ? { path, external: true } : undefined)
  }
}
