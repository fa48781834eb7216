/** RPC errors: bitcoind's codes, and the error a method throws to answer with one. */

/** The codes this node uses, named as in bitcoind's `RPCErrorCode`. */
export const RPC = {
  invalidRequest: -32600,
  methodNotFound: -32601,
  parseError: -32700,
  miscError: -1,
  typeError: -3,
  invalidAddressOrKey: -5,
  invalidParameter: -8,
  clientNotConnected: -9,
  deserializationError: -22,
  verifyError: -25,
} as const;

/** Thrown by an RPC method: the client is answered with this code and message. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
