// @ts-nocheck
// The npm package secure-peer@0.2.1 at one end of a TCP connection, for a Node
// that still has crypto.createCipher. Told what to do by a JSON text on stdin:
// { role, port, keys, ciphers, chunks, reject }.
const fs = require('node:fs')
const net = require('node:net')
const secure = require('secure-peer')
const through = require('through')

const { role, port, keys, ciphers, chunks, reject } = JSON.parse(fs.readFileSync(0, 'utf8'))
const peer = secure(keys, ciphers == null ? undefined : { ciphers })

function tell (message) {
  process.stdout.write(JSON.stringify(message) + '\n')
}

function watch (sec) {
  sec.on('identify', function (id) {
    tell({ identify: { cipher: id.cipher, type: id.key.type, public: id.key.public } })
    reject ? id.reject() : id.accept()
  })
  sec.on('close', function () { tell({ closed: true }) })
}

function listen () {
  const server = net.createServer(function (rawStream) {
    const sec = peer(function (stream) {
      stream.pipe(through(function (buf) { this.emit('data', buf) })).pipe(stream)
    })
    watch(sec)
    sec.pipe(rawStream).pipe(sec)
  })
  server.listen(0, '127.0.0.1', function () { tell({ port: server.address().port }) })
}

function connect () {
  const rawStream = net.connect(port, '127.0.0.1')
  const sec = peer(function (stream) {
    const received = []
    stream.on('data', function (buf) { received.push(buf) })
    stream.on('end', function () { tell({ received: Buffer.concat(received).toString('base64') }) })
    chunks.forEach(function (chunk) { stream.write(Buffer.from(chunk, 'base64')) })
    stream.end()
  })
  watch(sec)
  sec.pipe(rawStream).pipe(sec)
}

role === 'listen' ? listen() : connect()
