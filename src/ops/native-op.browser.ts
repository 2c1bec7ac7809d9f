// What bundles for browsers hold in place of native-op.ts (`browser` in package.json): no op is native there.

export function nativeOp(): null {
  return null;
}

export function nativeGradientOp(): null {
  return null;
}

export function nativeProgram(): null {
  return null;
}

export function nativeResult(): null {
  return null;
}
