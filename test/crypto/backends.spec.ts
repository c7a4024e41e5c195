import { nobleBackend } from '../../src/crypto/noble.ts'
import { createWebBackend } from '../../src/crypto/web.ts'
import { testBackends } from './backends.ts'

testBackends([nobleBackend, createWebBackend(globalThis.crypto?.subtle), { ...createWebBackend(undefined), name: 'web without WebCrypto' }])
