import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificate {
  /** Paths of PEM files. */
  readonly certificate: string
  readonly key: string
}

/** A certificate authority of one test's own, made by openssl. */
export class Authority implements Certificate {
  readonly certificate: string
  readonly key: string
  readonly #folder: string

  constructor(folder: string, name: string) {
    this.#folder = folder
    this.certificate = join(folder, `${name}.pem`)
    this.key = join(folder, `${name}.key`)
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', this.key]
    openssl('req', '-x509', ...key, '-out', this.certificate, '-days', '2', '-subj', `/CN=${name}`)
  }

  get pem(): Buffer {
    return readFileSync(this.certificate)
  }

  /** @param names subjectAltName as openssl writes it: `IP:127.0.0.1`, `DNS:feed.example`; the subject alone when absent */
  sign(subject: string, names?: string, days = 1): Certificate {
    const file = (ending: string) => join(this.#folder, `${subject}-${drawn}.${ending}`)
    drawn++
    const [certificate, key, request, extensions] = ['pem', 'key', 'csr', 'ext'].map(file) as [
      string,
      string,
      string,
      string,
    ]
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key]
    openssl('req', ...newKey, '-out', request, '-subj', `/CN=${subject}`)
    writeFileSync(extensions, names === undefined ? '' : `subjectAltName=${names}\n`)
    const signing = ['-CA', this.certificate, '-CAkey', this.key, '-CAcreateserial', '-days', String(days)]
    openssl('x509', '-req', '-in', request, '-out', certificate, ...signing, '-extfile', extensions)
    return { certificate, key }
  }
}

let drawn = 0

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' })
}
