/** A change to one of secure-peer 0.2's test files whose premise is gone in 1.0. */
export interface Edit {
  /** Every occurrence is replaced; there has to be one. */
  from: string
  to: string
}

export interface EditedFile {
  /** What the test took for granted that 1.0 does differently. */
  why: string
  edits: Edit[]
}

// where the tests cut what goes over the wire into lines: records are no lines,
// but every chunk is a whole line or flush here
const CHUNKS_FOR_LINES: Edit[] = [
  { from: 'es.split()', to: 'through()' },
  { from: 'String(line) + \'\\n\'', to: 'line' }
]

/** The only changes to the original files, and only when they run over 1.0. */
export const EDITS_FOR_1_0: Record<string, EditedFile> = {
  'cipher.js': {
    why: '1.0 has three ciphers, none of OpenSSL\'s names of 2013, and refuses unknown names at once',
    edits: [
      { from: '[ \'RC4\', \'AES-128-CBC\', \'BF-OFB\' ]', to: '[ \'CHACHA20-POLY1305\', \'AES-128-GCM\' ]' },
      { from: '[ \'DES\', \'SEED\', \'AES-128-CBC\', \'CAST5-CBC\', \'BF-OFB\' ]', to: '[ \'AES-256-GCM\', \'AES-128-GCM\' ]' },
      { from: 't.equal(id.cipher, \'AES-128-CBC\')', to: 't.equal(id.cipher, \'aes-128-gcm\')' }
    ]
  },
  'mitm.js': {
    why: '1.0 sends two lines before it sends data; who changes the second is found before anybody is identified',
    edits: [
      { from: '++bufNum > 1', to: '++bufNum > 2' }
    ]
  },
  'mitm_end.js': {
    why: '1.0 sends two lines before data, puts what is written at once into one record and ends with a record',
    edits: [
      { from: '++bufNum === 6', to: '++bufNum === 4' },
      { from: 't.equal(data, \'BEEP\')', to: 't.equal(data, \'BEEP BOOP\')' }
    ]
  },
  'ordering.js': {
    why: '1.0 sends two lines and then binary records, and what is written at once is one record',
    edits: [
      ...CHUNKS_FOR_LINES,
      { from: ' + \'\\n\'', to: '' },
      { from: '++msgNum === 1', to: '++msgNum <= 2' },
      { from: 'msgNum === 4', to: 'msgNum === 5' },
      { from: 'msgNum > 4', to: 'msgNum > 5' },
      { from: 'stream.write(\'beep\');', to: 'setTimeout(function () { stream.write(\'beep\') }, 10);' },
      { from: 'stream.write(\' \');', to: 'setTimeout(function () { stream.write(\' \') }, 30);' },
      { from: 'stream.end(\'boop\');', to: 'setTimeout(function () { stream.end(\'boop\') }, 50);' }
    ]
  },
  'replay.js': {
    why: '1.0 sends two lines and then binary records; who replays the second line is found before anybody is identified',
    edits: [
      ...CHUNKS_FOR_LINES,
      { from: 'String(msg) + \'\\n\'', to: 'msg' },
      { from: '++msgNum === 1', to: '++msgNum <= 2' }
    ]
  }
}
