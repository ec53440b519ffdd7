/** Verification of signatures, and the digests that bind a zone to its parent. */
export { dsDigest, dsMatchesKey, dsOfKey } from './ds.ts'
export { isVerifiable, type PublicKey, publicKeyOf } from './public-key.ts'
export { RrsigVerifier, type RrsigVerifierOptions } from './rrsig-verifier.ts'
export { SignedData } from './signed-data.ts'
