export { nobleBackend as defaultBackend } from './noble.ts'
