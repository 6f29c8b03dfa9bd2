import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useStore } from '../hooks/store';
import { useFinding } from './find';
import { anyLayerOpen, layers } from './layers';

const LayerHost = lazy(() => import('./LayerHost'));

/** Every page, and what lies above any of them once something does: menus, the palette, questions. */
export function Root() {
  const isOpen = useStore(layers, anyLayerOpen);
  const { open: isFinding } = useFinding();
  const [wanted, want] = useState(false);
  if ((isOpen || isFinding) && !wanted) want(true);
  return (
    <>
      <Outlet />
      {wanted && (
        <Suspense fallback={null}>
          <LayerHost />
        </Suspense>
      )}
    </>
  );
}
