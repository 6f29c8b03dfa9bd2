import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';

const LayerHost = lazy(() => import('./LayerHost'));

/** Every page, and what lies above any of them: menus, the palette, questions. */
export function Root() {
  return (
    <>
      <Outlet />
      <Suspense fallback={null}>
        <LayerHost />
      </Suspense>
    </>
  );
}
