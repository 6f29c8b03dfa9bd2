import { Channel } from '@tauri-apps/api/core';
import { commands as tauriCommands, events as tauriEvents } from './bindings';

export type Commands = typeof tauriCommands;
type TauriEvents = typeof tauriEvents;
export type EventName = keyof TauriEvents;
export type EventPayload<N extends EventName> = Parameters<
  Parameters<TauriEvents[N]['listen']>[0]
>[0]['payload'];

/** All that Rust announces. */
export const eventNames = Object.keys(tauriEvents) as EventName[];

/** What carries values from Rust to one call's caller. */
export type ChannelOf<T> = Channel<T>;

/** The far side of the page: Tauri in the window, something else in a test or a plain browser. */
export type Ipc = {
  commands: Commands;
  /** Hears from the moment the promise is kept on; what it gives ends that. */
  listen: <N extends EventName>(name: N, heard: (payload: EventPayload<N>) => void) => Promise<() => void>;
  channel: <T>(heard: (value: T) => void) => ChannelOf<T>;
};

const tauri: Ipc = {
  commands: tauriCommands,
  listen: async (name, heard) => {
    const event = tauriEvents[name] as unknown as {
      listen: (heard: (event: { payload: EventPayload<typeof name> }) => void) => Promise<() => void>;
    };
    return event.listen(({ payload }) => {
      heard(payload);
    });
  },
  channel: (heard) => {
    const channel = new Channel<Parameters<typeof heard>[0]>();
    channel.onmessage = heard;
    return channel;
  },
};

export let commands: Commands = tauri.commands;
export let listen: Ipc['listen'] = tauri.listen;
export let channel: Ipc['channel'] = tauri.channel;

/** Puts another far side in Tauri's place; before anything is rendered. */
export function replaceIpc(ipc: Ipc): void {
  commands = ipc.commands;
  listen = ipc.listen;
  channel = ipc.channel;
}
