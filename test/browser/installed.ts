import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The path of the first of `names` that is on PATH. */
export function installed (names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)

  return names.flatMap(name => folders.map(folder => join(folder, name))).find(path => existsSync(path))
}

/** The path of an installed Firefox. */
export function systemFirefox (): string | undefined {
  return installed(['firefox', 'firefox-esr'])
}
