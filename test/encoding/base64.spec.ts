import * as base64 from '../../src/encoding/base64.ts'
import { testBase64 } from './base64.ts'

describe('base64', () => {
  testBase64(() => base64)
})
