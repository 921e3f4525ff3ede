/** What signs and verifies: the one file of the feature that names a library, itself loaded when a token is first made or met. */
export { CompactSign, compactVerify, importJWK } from 'jose'
