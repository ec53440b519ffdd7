import { algorithmToText } from '../../iana/index.ts'

/** A key file that can't be read, or holds what no key file may. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError'
  readonly file: string
  /** From 1; 0 when the fault is with the file as a whole. */
  readonly line: number

  constructor(file: string, line: number, message: string, options?: ErrorOptions) {
    super(`${file}${line === 0 ? '' : `:${line}`}: ${message}`, options)
    this.file = file
    this.line = line
  }
}

/** The private key is not the one whose public key stands beside it. */
export class KeyMismatchError extends Error {
  override readonly name = 'KeyMismatchError'
  readonly file: string

  constructor(file: string) {
    super(`${file}: the private key does not belong to the public key in the .key file beside it`)
    this.file = file
  }
}

/** A private key that others than its owner may read or change. */
export class KeyPermissionError extends Error {
  override readonly name = 'KeyPermissionError'
  readonly file: string
  /** The file's permission bits. */
  readonly mode: number

  constructor(file: string, mode: number) {
    super(`${file} has mode ${mode.toString(8).padStart(4, '0')}, open to others: chmod 600 ${file}`)
    this.file = file
    this.mode = mode
  }
}

/** The store has no key of this name. */
export class KeyNotFoundError extends Error {
  override readonly name = 'KeyNotFoundError'
  readonly id: string

  constructor(id: string, where: string) {
    super(`there is no key ${id} in ${where}`)
    this.id = id
  }
}

/** A key whose tag is taken: validators and operators could not tell the two apart. */
export class DuplicateKeyTagError extends Error {
  override readonly name = 'DuplicateKeyTagError'
  readonly id: string
  /** The key that has the tag, or will have it when it is revoked. */
  readonly other: string

  constructor(id: string, other: string) {
    super(`the key tag of ${id} is taken by ${other}, or will be once one of the two is revoked`)
    this.id = id
    this.other = other
  }
}

/** A key is asked for that can't be made or used here. */
export class UnsupportedKeyError extends Error {
  override readonly name = 'UnsupportedKeyError'
  readonly algorithm: number

  constructor(algorithm: number, message?: string) {
    super(
      message ??
        `algorithm ${algorithm} (${algorithmToText(algorithm)}) can't sign here: use 8, 10, 13, 14, 15 or 16 (RFC 8624 3.1)`,
    )
    this.algorithm = algorithm
  }
}
