import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

/** The window is called by what is in it: the page, and the connection it belongs to. */
export function useTitle(page: string, connection: string | undefined): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title =
      connection === undefined ? t('windowTitlePlain', { page }) : t('windowTitle', { page, connection });
  }, [page, connection, t]);
}
