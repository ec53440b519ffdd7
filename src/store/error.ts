/** A zone store that can't be read or written: which one, and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  /** The folder or file concerned. */
  readonly path: string

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options)
    this.path = path
  }
}
