import type { Commands } from '../ipc';
import type { Application, Configuration, Reading } from '../types';
import { configuring } from './configuring';
import { failure } from './parts';

type Configured = Pick<Commands, 'configuration' | 'configurationSave'> & ReturnType<typeof configuring>;

/** The configuration of each application and environment. */
export function configured(
  applications: Application[],
  reading: <T>(value: T) => Promise<Reading<T>>,
  answer: <T>(value: T) => Promise<T>,
): Configured {
  const kept = new Map<string, Configuration>();
  const of = (application: string, environment: string | null): Configuration => {
    const key = JSON.stringify([application, environment]);
    const found = kept.get(key) ?? {
      environment,
      items: applications.find((each) => each.key === application)?.configuration ?? [],
      message: null,
    };
    kept.set(key, found);
    return found;
  };
  let version = 1;
  const far = {
    of,
    reading,
    environments: (application: string) =>
      (applications.find((each) => each.key === application)?.environments ?? []).map(
        (each) => each.environment,
      ),
  };
  return {
    ...configuring(far),
    configuration: (_, application, environment) =>
      reading({ value: of(application, environment), version: `"${String(version)}"` }),
    configurationSave: (_, application, environment, items, of) => {
      if (of !== null && of !== `"${String(version)}"`)
        return Promise.reject(failure('conflict') as unknown as Error);
      version += 1;
      const value: Configuration = {
        environment,
        items: items.map(({ held, ...item }) =>
          item.location === 'keyvault'
            ? { ...item, isSet: held !== null || item.isSet === true, value: null }
            : item,
        ),
        message: null,
      };
      kept.set(JSON.stringify([application, environment]), value);
      return answer({ value, version: `"${String(version)}"` });
    },
  };
}
