import { ChevronDown, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { openMenu, type MenuEntry } from '../app/layers';
import { LAST } from '../app/logFilter';
import { beginOf, broughtBy } from '../app/logNews';
import { deploymentState } from '../app/state';
import { exactTime, when } from '../i18n/format';
import { useNow } from '../hooks/useNow';
import type { Deployment } from '../ipc';
import { Button, IconButton } from './Button';
import { smallIcon } from './icon';
import { Shape } from './Shape';

/** As many deployments are offered. */
const MOST = 20;

type Props = {
  /** The newest first. */
  deployments: Deployment[];
  since: string;
  choose: (since: string | null) => void;
};

/** Chooses since when what is new is shown: since a deployment, or a time; or ends it. */
export function LogNewsSince({ deployments, since, choose }: Props) {
  const { t } = useTranslation();
  const now = useNow(10);
  const name = (deployment: Deployment) =>
    t('logs.news.deployment', {
      tag: broughtBy(deployment) ?? t('timeline.deployment'),
      when: when(beginOf(deployment), now),
    });
  const chosen = deployments.find((each) => beginOf(each) === since);
  const words = since === LAST ? t('logs.news.last') : chosen !== undefined ? name(chosen) : exactTime(since);
  const entries: MenuEntry[] = [
    {
      label: t('logs.news.last'),
      checked: since === LAST,
      act: () => {
        choose(LAST);
      },
    },
    ...deployments.slice(0, MOST).flatMap((each): MenuEntry[] => {
      const time = beginOf(each);
      if (time === null) return [];
      return [
        {
          label: name(each),
          mark: <Shape state={deploymentState(each.status)} />,
          checked: time === since,
          act: () => {
            choose(time);
          },
        },
      ];
    }),
  ];
  return (
    <>
      <Button
        aria-haspopup="menu"
        aria-label={t('logs.news.chooseSince', { since: words })}
        onClick={({ currentTarget }) => {
          openMenu(currentTarget, t('logs.news.since'), entries, currentTarget);
        }}
      >
        {words}
        <ChevronDown {...smallIcon} />
      </Button>
      <Button
        kind="quiet"
        title={t('logs.times')}
        onClick={() => {
          document.querySelector<HTMLElement>('[data-time]')?.focus();
        }}
      >
        {t('logs.news.aTime')}
      </Button>
      <IconButton
        label={t('logs.news.end')}
        onClick={() => {
          choose(null);
        }}
      >
        <X {...smallIcon} />
      </IconButton>
    </>
  );
}
