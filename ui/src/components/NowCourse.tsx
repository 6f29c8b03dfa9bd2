import { useLogTail } from '../hooks/useLogTail';
import type { Course } from '../hooks/useTimeline';
import { NewestLines } from './NewestLines';
import { SpanLog } from './SpanLog';
import { TimelineSection } from './TimelineSection';

type Props = {
  course: Course;
  connection: string;
  application: string;
  environment: string;
  environments: string[];
};

/** What was before, and the log: of the span that is picked, else its newest lines. */
export function NowCourse({ course, connection, application, environment, environments }: Props) {
  const tail = useLogTail(connection, application, environment);
  const place = { connection, application, environment, tail };
  const { picked, pick } = course;
  return (
    <>
      <TimelineSection
        connection={connection}
        application={application}
        environments={environments}
        course={course}
      />
      {picked === null ? (
        <NewestLines {...place} />
      ) : (
        <SpanLog
          {...place}
          picked={picked}
          newest={() => {
            pick(null);
          }}
        />
      )}
    </>
  );
}
