/** What happened: one form a kind. */
import type { WeekBoard, WeekChange } from '@fieldfare/domain';
import { dateAt, type LocalDate } from '@fieldfare/kernel';
import { Button, Checkbox, NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useController } from '../board/context.tsx';
import { parseTime, shortDate, visitTime } from '../lib/format.ts';
import { useApp } from '../shell/app-context.tsx';
import classes from './replan-dialog.module.css';

type Kind = WeekChange['kind'];

const KINDS: readonly { readonly value: Kind; readonly label: string }[] = [
  { value: 'absence', label: 'Sick call' },
  { value: 'cancelled', label: 'Visit cancelled' },
  { value: 'hospital', label: 'Hospital' },
  { value: 'urgent', label: 'Urgent referral' },
];

const REASONS = [
  { value: 'sick', label: 'Sick' },
  { value: 'leave', label: 'Leave' },
  { value: 'vacation', label: 'Vacation' },
  { value: 'training', label: 'Training' },
  { value: 'other', label: 'Other' },
] as const;

interface FormProps {
  readonly board: WeekBoard;
  readonly onChange: (change: WeekChange | null) => void;
}

/** First and last day, both included; the first is today where the week has it. */
function useDays(board: WeekBoard) {
  const { clock } = useApp();
  const today = dateAt(clock.now(), board.zone);
  const first = board.days[0]?.date ?? today;
  const start = board.days.some(({ date }) => date === today) ? today : first;
  const [from, setFrom] = useState<LocalDate>(start);
  const [to, setTo] = useState<LocalDate>(start);
  const valid = from !== '' && from <= to;
  const fields = (
    <div className={classes.pair}>
      <TextInput
        type="date"
        size="sm"
        label="From"
        value={from}
        onChange={(event) => {
          const next = event.currentTarget.value;
          setFrom(next);
          if (to < next) setTo(next);
        }}
      />
      <TextInput
        type="date"
        size="sm"
        label="To (last day)"
        min={from}
        value={to}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
    </div>
  );
  return { from, to, valid, fields };
}

/** Tells the dialog what the fields say whenever that changes. */
function useReport(onChange: FormProps['onChange'], change: WeekChange | null): void {
  const text = JSON.stringify(change);
  useEffect(() => onChange(JSON.parse(text) as WeekChange | null), [onChange, text]);
}

function AbsenceForm({ board, onChange, staffId: given }: FormProps & { readonly staffId: string }) {
  const [staffId, setStaffId] = useState<string | null>(given === '' ? null : given);
  const [reason, setReason] = useState<(typeof REASONS)[number]['value']>('sick');
  const { from, to, valid, fields } = useDays(board);
  useReport(onChange, staffId !== null && valid ? { kind: 'absence', staffId, from, to, reason } : null);
  return (
    <>
      <div className={classes.pair}>
        <Select
          label="Carer"
          searchable
          data={board.lanes.map((lane) => ({ value: lane.staffId, label: lane.name }))}
          value={staffId}
          onChange={setStaffId}
        />
        <Select
          label="Reason"
          data={REASONS}
          value={reason}
          allowDeselect={false}
          onChange={(value) => setReason(REASONS.find((one) => one.value === value)?.value ?? 'sick')}
        />
      </div>
      {fields}
    </>
  );
}

function CancelledForm({ board, onChange }: FormProps) {
  const [visitId, setVisitId] = useState<string | null>(null);
  useReport(onChange, visitId === null ? null : { kind: 'cancelled', visitId });
  const names = new Map(board.lanes.map(({ staffId, name }) => [staffId, name]));
  return (
    <Select
      label="Visit"
      searchable
      limit={60}
      data={board.visits
        .map((visit) => ({
          value: visit.id,
          label: [
            ...[visit.patientName, visitTime(visit), visit.serviceName],
            names.get(visit.staffId ?? '') ?? 'nobody yet',
          ].join(', '),
        }))
        .sort((a, b) => (a.label < b.label ? -1 : 1))}
      value={visitId}
      onChange={setVisitId}
    />
  );
}

function HospitalForm({ board, onChange }: FormProps) {
  const [patientId, setPatientId] = useState<string | null>(null);
  const { from, to, valid, fields } = useDays(board);
  useReport(onChange, patientId !== null && valid ? { kind: 'hospital', patientId, from, to } : null);
  const names = new Map(board.visits.map((visit) => [visit.patientId, visit.patientName]));
  return (
    <>
      <Select
        label="Patient"
        searchable
        limit={60}
        data={[...names].map(([value, label]) => ({ value, label })).sort((a, b) => (a.label < b.label ? -1 : 1))}
        value={patientId}
        onChange={setPatientId}
      />
      {fields}
    </>
  );
}

function UrgentForm({ board, onChange }: FormProps) {
  const { source, scope } = useController();
  const { clock } = useApp();
  const [patients, setPatients] = useState<readonly { readonly id: string; readonly name: string }[]>([]);
  const [services, setServices] = useState<readonly { readonly code: string; readonly name: string }[]>([]);
  useEffect(() => {
    void source.patients(scope.regionId).then((found) => found.ok && setPatients(found.value));
    void source.org().then((found) => found.ok && setServices(found.value.serviceTypes));
  }, [source, scope.regionId]);
  const today = dateAt(clock.now(), board.zone);
  const days = board.days.map(({ date }) => date).filter((date) => date >= today);
  const open = days.length > 0 ? days : board.days.map(({ date }) => date);
  const [patientId, setPatientId] = useState<string | null>(null);
  const [serviceCode, setService] = useState<string | null>(null);
  const [dates, setDates] = useState<readonly LocalDate[]>(open.slice(0, 1));
  const [minutes, setMinutes] = useState(45);
  const [from, setFrom] = useState('08:00');
  const [to, setTo] = useState('16:00');
  const windowFrom = parseTime(from);
  const windowTo = parseTime(to);
  const whole = minutes >= 5 && minutes <= 720;
  useReport(
    onChange,
    patientId !== null &&
      serviceCode !== null &&
      dates.length > 0 &&
      windowFrom &&
      windowTo &&
      windowFrom <= windowTo &&
      whole
      ? { kind: 'urgent', patientId, serviceCode, dates, minutes, windowFrom, windowTo }
      : null,
  );
  return (
    <>
      <div className={classes.pair}>
        <Select
          label="Patient"
          searchable
          limit={60}
          data={patients.map(({ id, name }) => ({ value: id, label: name }))}
          value={patientId}
          onChange={setPatientId}
        />
        <Select
          label="Service"
          data={services.map(({ code, name }) => ({ value: code, label: name }))}
          value={serviceCode}
          onChange={setService}
        />
      </div>
      <Checkbox.Group label="Days" value={[...dates]} onChange={setDates}>
        <div className={classes.days}>
          {open.map((date) => (
            <Checkbox key={date} size="xs" value={date} label={shortDate(date)} />
          ))}
        </div>
      </Checkbox.Group>
      <div className={classes.triple}>
        <NumberInput
          label="Minutes"
          min={5}
          max={720}
          step={5}
          allowDecimal={false}
          value={minutes}
          onChange={(value) => typeof value === 'number' && setMinutes(value)}
        />
        <TextInput
          label="Starts between"
          placeholder="HH:MM"
          value={from}
          error={windowFrom === null}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          label="and"
          placeholder="HH:MM"
          value={to}
          error={windowTo === null}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
      </div>
    </>
  );
}

export function ReplanForm(props: {
  readonly board: WeekBoard;
  /** Whose sick call it is; empty: nobody's yet. */
  readonly staffId: string;
  readonly onAsk: (change: WeekChange) => void;
  readonly onClose: () => void;
}) {
  const { board, staffId } = props;
  const [kind, setKind] = useState<Kind>('absence');
  const [change, setChange] = useState<WeekChange | null>(null);
  const forms: Readonly<Record<Kind, ReactNode>> = {
    absence: <AbsenceForm board={board} onChange={setChange} staffId={staffId} />,
    cancelled: <CancelledForm board={board} onChange={setChange} />,
    hospital: <HospitalForm board={board} onChange={setChange} />,
    urgent: <UrgentForm board={board} onChange={setChange} />,
  };
  return (
    <div className={classes.form}>
      <SegmentedControl
        aria-label="What happened"
        data={[...KINDS]}
        value={kind}
        onChange={(value) => {
          setChange(null);
          setKind(value as Kind);
        }}
      />
      {forms[kind]}
      <footer className={classes.foot}>
        <Button variant="default" onClick={props.onClose}>
          Close
        </Button>
        <Button disabled={change === null} onClick={() => change !== null && props.onAsk(change)}>
          See how the week goes on
        </Button>
      </footer>
    </div>
  );
}
