import { resolve } from 'node:path'
import type { ListenAddress } from '../net/index.ts'
import { parseAddress } from './address.ts'
import { CONTROL_PORT, type ControlConfig, canonicalOrigin } from './control-schema.ts'

/** Who may ask over TCP, and what. */
export interface ControlCaller {
  readonly name: string
  readonly allow: readonly ('changes' | 'control' | 'read')[]
  /** Fully qualified and in lower case; undefined: all zones, and what is about no zone. */
  readonly zones: readonly string[] | undefined
}

/** How the server is controlled. Paths are absolute. */
export interface ControlSetting {
  /** The Unix socket. */
  readonly socket: string
  /** Over TCP; none: on the socket only. */
  readonly listen: readonly ListenAddress[]
  readonly tls:
    | { readonly certificate: string; readonly key: string; readonly clientCa: string | undefined }
    | undefined
  /** Each is known by the SHA-256 of the token in lower-case hexadecimal digits, or by the file that the token is in. */
  readonly tokens: readonly (ControlCaller & {
    readonly secret: { readonly sha256: string } | { readonly file: string }
  })[]
  /** Client certificates, by the name in them. */
  readonly certificates: readonly ControlCaller[]
  /** Octets, connections for each address, and seconds. */
  readonly limits: {
    readonly maxBody: number
    readonly maxConnections: number
    readonly headerTimeout: number
    readonly requestTimeout: number
  }
}

/**
 * @param base folder that paths of the configuration are relative to
 * @param defaultSocket absolute path of the socket when none is named
 */
export function controlSetting(control: ControlConfig, base: string, defaultSocket: string): ControlSetting {
  const { socket, listen, tls, tokens, certificates, maxBody, maxConnections, headerTimeout, requestTimeout } = control
  const path = (written: string) => resolve(base, written)
  return {
    socket: socket === undefined ? defaultSocket : path(socket),
    listen: (listen ?? []).map((address) => parseAddress(address, CONTROL_PORT)),
    tls: tls && {
      certificate: path(tls.certificate),
      key: path(tls.key),
      clientCa: tls.clientCa === undefined ? undefined : path(tls.clientCa),
    },
    tokens: tokens.map(({ sha256, file, ...token }) => ({
      ...callerSetting(token),
      secret: file === undefined ? { sha256: sha256!.toLowerCase() } : { file: path(file) },
    })),
    certificates: certificates.map(callerSetting),
    limits: { maxBody, maxConnections, headerTimeout, requestTimeout },
  }
}

function callerSetting({ name, allow, zones }: ControlConfig['certificates'][number]): ControlCaller {
  return { name, allow, zones: zones?.map(canonicalOrigin) }
}
