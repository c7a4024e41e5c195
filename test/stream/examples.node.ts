import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'aegir/chai'
import { generateKeys } from '../../src/keys/index.ts'
import { childEnv } from '../fixtures/child-env.ts'
import { nodeRuntime, packageFile } from './package-root.ts'
import type { ChildProcess } from 'node:child_process'

// They import the package by its name, so that it has to be built.

const PORT = 5000

const RUNTIMES: Array<[name: string, path: string]> = [['this Node', process.execPath], ['Node 22', nodeRuntime(22)]]

/* eslint-disable no-loop-func */

describe('the examples of the seed\'s README', () => {
  let folder: string
  let server: ChildProcess

  before(async () => {
    // a folder of their own, since they have their keys beside them
    await mkdir(packageFile('node_modules/.cache'), { recursive: true })
    folder = await mkdtemp(packageFile('node_modules/.cache/examples-'))
    await cp(packageFile('examples/seed'), folder, { recursive: true })
    await mkdir(join(folder, 'node_modules'))
    await symlink(packageFile('.'), join(folder, 'node_modules', 'libp2p-secure-peer'))

    for (const name of ['a', 'b']) {
      await writeFile(join(folder, `${name}.json`), JSON.stringify(await generateKeys()))
    }

    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  })

  afterEach(async () => {
    server.kill('SIGKILL')
    await once(server, 'exit')
  })

  after(async () => {
    await rm(folder, { recursive: true })
  })

  for (const [name, runtime] of RUNTIMES) {
    for (const [first, second] of [['a.cjs', 'b.cjs'], ['a.js', 'b.js'], ['a.js', 'b.cjs'], ['a.cjs', 'b.js']]) {
      it(`should run on ${name}: ${first} with ${second}`, async () => {
        server = spawn(runtime, [join(folder, first)], { stdio: ['ignore', 'inherit', 'inherit'], env: childEnv() })
        await listeningOn(PORT)

        const client = spawn(runtime, [join(folder, second)], { stdio: ['ignore', 'pipe', 'inherit'], env: childEnv() })
        const [output, [code]] = await Promise.all([text(client.stdout), once(client, 'exit')])

        expect(output).to.equal('BEEP BOOP\n')
        expect(code).to.equal(0)
      })
    }
  }
})

async function listeningOn (port: number): Promise<void> {
  for (;;) {
    const socket = net.connect(port)
    const isOpen = await new Promise<boolean>(resolve => {
      socket.once('connect', () => { resolve(true) })
      socket.once('error', () => { resolve(false) })
    })
    socket.destroy()

    if (isOpen) {
      return
    }

    await delay(20)
  }
}
