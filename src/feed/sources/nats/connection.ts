import { readFile } from 'node:fs/promises'
import {
  type Authenticator,
  connect,
  credsAuthenticator,
  type NatsConnection,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node'
import type { NatsLogin, NatsSettings, NatsTls } from '../settings.ts'

const CONNECT_MS = 5000
/** A server that leaves three of these unanswered is taken for dead. */
const PING_MS = 10_000

/**
 * Connects to one of the servers. The connection is not made again when it ends: what the consumer has delivered by then
 * has to be looked at first.
 */
export async function connectTo({ servers, login, tls }: NatsSettings): Promise<NatsConnection> {
  const authenticator = login === undefined ? undefined : await authenticatorOf(login)
  return connect({
    servers: [...servers],
    name: 'zonecut',
    reconnect: false,
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
    ...(authenticator === undefined ? {} : { authenticator }),
    ...(tls === undefined ? {} : { tls: filesOf(tls) }),
  })
}

async function authenticatorOf(login: NatsLogin): Promise<Authenticator> {
  if ('credsFile' in login) return credsAuthenticator(await readFile(login.credsFile))
  if ('nkeyFile' in login) return nkeyAuthenticator(Buffer.from(await secret(login.nkeyFile)))
  if ('tokenFile' in login) return tokenAuthenticator(await secret(login.tokenFile))
  return usernamePasswordAuthenticator(login.user, await secret(login.passwordFile))
}

async function secret(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).trim()
}

function filesOf({ caFile, certFile, keyFile }: NatsTls) {
  return {
    ...(caFile === undefined ? {} : { caFile }),
    ...(certFile === undefined ? {} : { certFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
  }
}
