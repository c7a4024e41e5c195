export const HELP = `secure-peer - an encrypted stream between two computers, without certificates

  secure-peer keygen > a.json                   make an identity
  secure-peer listen PORT --key a.json          wait for one peer
  secure-peer connect HOST PORT --key b.json    go to one
  secure-peer known                             list the peers that connect trusts
  secure-peer forget HOST PORT                  trust another key there, once

listen and connect join stdin and stdout through the stream. A file from one
computer to another:

  there$ secure-peer keygen > there.json
  there$ secure-peer listen 5000 --key there.json < /dev/null > file
  here$  secure-peer keygen > here.json
  here$  secure-peer connect there.example 5000 --key here.json < file > /dev/null

The key files are secret: chmod 600. The first key that an address shows is
remembered, and another one refused ever after. To trust nobody blindly, give
the other side's PeerId, which keygen and every connection write to stderr:

  secure-peer listen 5000 --key a.json --peer 12D3KooW...
  secure-peer connect there.example 5000 --key b.json --peer 12D3KooW...

options of keygen
  --type TYPE           rsa (default), ed25519, secp256k1 or ecdsa
  --bits BITS           size of an RSA key, 2048 (default) to 8192

options of listen and connect
  --key FILE            this side's identity
  --peer PEERID         let in only this peer; may be given several times
  --host HOST           listen: the address to listen on (default: all)
  --known-peers FILE    connect: default ~/.secure-peer/known-peers.json
  --ciphers LIST        in order of preference, separated by commas
  --timeout SECONDS     for the connection and its handshake (default 30)
  --classic             speak the protocol of secure-peer 0.2, which is broken:
                        use a key of its own and send nothing secret
  --progress            show bytes and rate on a terminal
  --quiet               write nothing but errors to stderr

exit codes
  0  both sides have sent all that they had
  1  no connection, or it was cut off: what came is not all
  2  wrong usage, or a file that cannot be used
  3  the peer is not who it should be: another key, or not the PeerId given
  4  the peer refused this side
`
