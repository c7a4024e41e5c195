/* eslint-disable no-var, import/order */
// The first example of secure-peer 0.2's README: only the package's name is another.
var secure = require('libp2p-secure-peer/stream')
var peer = secure(require('./a.json'))
var through = require('through')

var net = require('net')
var server = net.createServer(function (rawStream) {
  var sec = peer(function (stream) {
    stream.pipe(through(function (buf) {
      this.emit('data', String(buf).toUpperCase())
    })).pipe(stream)
  })
  sec.pipe(rawStream).pipe(sec)
})
server.listen(5000)
