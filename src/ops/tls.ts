import { constants } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { ControlError } from './error.ts'
import type { TlsFiles } from './settings.ts'

/**
 * Reads certificate and key, and tries them.
 * @throws ControlError naming the file
 */
export function readTls({ certificate, key, clientCa }: TlsFiles): SecureContextOptions {
  const options: SecureContextOptions = {
    cert: read('certificate', certificate),
    key: read('key', key),
    ...(clientCa === undefined ? {} : { ca: read('clientCa', clientCa) }),
    minVersion: 'TLSv1.2',
    // A session resumed by a ticket would be taken for verified by certificates that a reload has withdrawn.
    secureOptions: constants.SSL_OP_NO_TICKET,
  }
  try {
    createSecureContext(options)
  } catch (error) {
    const files = [certificate, key, ...(clientCa === undefined ? [] : [clientCa])].join(', ')
    throw new ControlError(
      `TLS cannot be set up from ${files}: ${(error as Error).message}; ` +
        'expected PEM files, and the key that belongs to the certificate',
    )
  }
  return options
}

function read(what: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new ControlError(`control.tls.${what} cannot be read: ${(error as Error).message}`)
  }
}
