import { join } from 'node:path'

/** One PeerId a line. */
export const MEMBERS = join(import.meta.dirname, 'members.txt')
