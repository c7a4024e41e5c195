import { guard } from './fixtures/attack-victim.ts'

// around all tests of a run: Mocha lets unhandled rejections pass, which end a process of Node.js
guard()
