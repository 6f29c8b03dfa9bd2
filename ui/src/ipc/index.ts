export * from './calls';
export * from './errors';
export * from './ipc';
export * from './leases';
export * from './made';
export * from './resources';
export * from './types';
export * from './windows';
