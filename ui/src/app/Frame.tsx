import { Outlet } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import { Notices } from '../components/Notices';
import { Toasts } from '../components/Toasts';
import styles from './Frame.module.css';
import { connectionOf } from './paths';
import { useAddress } from './navigation';
import { patchShell, useConnection, useShell } from './shell';
import { Sidebar } from './Sidebar';
import { StatusBar } from './StatusBar';

/** Sidebar, page and status bar. */
export function Frame({ children = <Outlet /> }: { children?: ReactNode }) {
  const address = useAddress();
  const inAddress = connectionOf(address);
  const current = useShell((value) => value.current);
  const connection = useConnection(inAddress ?? current);
  const collapsed = useShell((value) => value.settings.sidebarCollapsed);

  useEffect(() => {
    if (inAddress !== null) patchShell({ current: inAddress });
  }, [inAddress]);

  return (
    <div className={styles.frame} data-collapsed={collapsed}>
      <Sidebar connection={connection} collapsed={collapsed} />
      <main className={styles.main} tabIndex={-1}>
        <Notices connection={connection} />
        {children}
      </main>
      <StatusBar connection={connection} />
      <Toasts />
    </div>
  );
}
