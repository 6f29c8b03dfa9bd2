import { statusWord } from '../components/DeploymentTable';
import { zonedTime } from '../i18n/format';
import { i18n } from '../i18n/i18n';
import type { Answer, ConnectionId, Deployment, FleetRow } from '../ipc';
import { answerText } from './answer';
import { stageIn } from './environments';
import { oneLine } from './printable';
import { shell } from './shell';

type At = { connection: ConnectionId; application: string; environment: string };

/** What is known of an application in a place, in a few lines for others to read. */
export function placeFacts(at: At, row: FleetRow | null, answer: Answer | null): string {
  const { application } = at;
  const place = row?.cells.find((cell) => cell.environment === at.environment)?.place ?? null;
  const lines = [i18n.t('share.place', { application, ...names(at) })];
  if (place) {
    const state = i18n.t(`state.${place.state}`);
    const time = zonedTime(place.since);
    const how =
      time === '' ? state : i18n.t(place.unwell ? 'share.since' : 'share.deployed', { state, time });
    lines.push(how);
    if (place.unwell && answer !== null) lines.push(answerText(answer, i18n.t));
    if (place.image !== null) lines.push(i18n.t('share.image', { image: place.image }));
  }
  return lines.map(oneLine).join('\n');
}

/** The same of a deployment. */
export function deploymentFacts(connection: ConnectionId, deployment: Deployment): string {
  const { applicationKey: application, environment, status, image, previousImage } = deployment;
  const change =
    previousImage === null || previousImage === image ? image : `${previousImage} → ${image ?? '–'}`;
  const time = zonedTime(deployment.createdAt);
  const who = deployment.requestedBy ?? i18n.t('deployments.unknownPerson');
  const lines = [
    i18n.t('share.deployment', {
      application,
      status: statusWord(status, i18n.t),
      ...names({ connection, environment }),
    }),
    ...(change === null ? [] : [i18n.t('share.image', { image: change })]),
    i18n.t('share.by', { who, time }),
    ...[deployment.note, deployment.error].filter((text) => text !== null && text !== ''),
  ];
  return lines.map((line) => oneLine(line ?? '')).join('\n');
}

function names({ connection, environment }: Pick<At, 'connection' | 'environment'>) {
  const view = shell.get().connections.find(({ id }) => id === connection) ?? null;
  return { environment: stageIn(view, environment).name, connection: view?.name ?? connection };
}
