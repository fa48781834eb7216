/** Makes Node believe that the optional package webgpu is not installed: `node --import` this. */
import { register } from 'node:module';

const hooks = `export async function resolve(specifier, context, next) {
  if (specifier !== 'webgpu') return next(specifier, context);
  const error = new Error("Cannot find package 'webgpu' imported from " + context.parentURL);
  throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' });
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
