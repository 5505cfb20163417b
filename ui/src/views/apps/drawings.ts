import ArrowLeftRight from '@lucide/svelte/icons/arrow-left-right';
import Archive from '@lucide/svelte/icons/archive';
import Bell from '@lucide/svelte/icons/bell';
import BookOpen from '@lucide/svelte/icons/book-open';
import Bookmark from '@lucide/svelte/icons/bookmark';
import Calendar from '@lucide/svelte/icons/calendar';
import Camera from '@lucide/svelte/icons/camera';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import Clock from '@lucide/svelte/icons/clock';
import Cloud from '@lucide/svelte/icons/cloud';
import CodeXml from '@lucide/svelte/icons/code';
import Database from '@lucide/svelte/icons/database';
import Download from '@lucide/svelte/icons/download';
import FileText from '@lucide/svelte/icons/file-text';
import Film from '@lucide/svelte/icons/film';
import Folder from '@lucide/svelte/icons/folder';
import Gamepad from '@lucide/svelte/icons/gamepad-2';
import Globe from '@lucide/svelte/icons/globe';
import Heart from '@lucide/svelte/icons/heart';
import House from '@lucide/svelte/icons/house';
import ImageIcon from '@lucide/svelte/icons/image';
import KeyRound from '@lucide/svelte/icons/key-round';
import Leaf from '@lucide/svelte/icons/leaf';
import LinkIcon from '@lucide/svelte/icons/link';
import List from '@lucide/svelte/icons/list';
import Lock from '@lucide/svelte/icons/lock';
import Mail from '@lucide/svelte/icons/mail';
import MapIcon from '@lucide/svelte/icons/map';
import MessageCircle from '@lucide/svelte/icons/message-circle';
import Mic from '@lucide/svelte/icons/mic';
import Music from '@lucide/svelte/icons/music';
import Network from '@lucide/svelte/icons/network';
import NotebookPen from '@lucide/svelte/icons/notebook-pen';
import Pulse from '@lucide/svelte/icons/activity';
import Rss from '@lucide/svelte/icons/rss';
import Search from '@lucide/svelte/icons/search';
import Server from '@lucide/svelte/icons/server';
import Shield from '@lucide/svelte/icons/shield';
import SquarePlay from '@lucide/svelte/icons/square-play';
import SquareTerminal from '@lucide/svelte/icons/square-terminal';
import Ticket from '@lucide/svelte/icons/ticket';
import User from '@lucide/svelte/icons/user';
import Wallet from '@lucide/svelte/icons/wallet';
import Workflow from '@lucide/svelte/icons/workflow';
import Wrench from '@lucide/svelte/icons/wrench';
import type { Component } from 'svelte';
import type { AppCategory, AppIcon } from '../../lib/backend/generated';

/** Tomo's own drawings, by the names that manifests give them. */
export const drawings: Readonly<Record<string, Component>> = {
  archive: Archive,
  bell: Bell,
  book: BookOpen,
  bookmark: Bookmark,
  calendar: Calendar,
  camera: Camera,
  chart: ChartColumn,
  chat: MessageCircle,
  clock: Clock,
  cloud: Cloud,
  code: CodeXml,
  database: Database,
  document: FileText,
  download: Download,
  feed: Rss,
  film: Film,
  flow: Workflow,
  folder: Folder,
  gamepad: Gamepad,
  globe: Globe,
  heart: Heart,
  home: House,
  key: KeyRound,
  leaf: Leaf,
  link: LinkIcon,
  list: List,
  lock: Lock,
  mail: Mail,
  map: MapIcon,
  microphone: Mic,
  money: Wallet,
  music: Music,
  network: Network,
  note: NotebookPen,
  person: User,
  photo: ImageIcon,
  pulse: Pulse,
  search: Search,
  server: Server,
  shield: Shield,
  sync: ArrowLeftRight,
  terminal: SquareTerminal,
  ticket: Ticket,
  tool: Wrench,
  video: SquarePlay,
};

/** Where an app has no drawing that is known. */
const ofCategory: Record<AppCategory, Component> = {
  automation: Workflow,
  media: SquarePlay,
  monitoring: Pulse,
  networking: Network,
  security: Shield,
  storage: Database,
  utility: Wrench,
};

/** What is drawn for an app without a picture. */
export function drawingOf(icon: AppIcon | null, category: AppCategory): Component {
  const name = icon?.kind === 'drawing' ? icon.name : null;
  const known = name !== null && Object.hasOwn(drawings, name) ? drawings[name] : undefined;
  return known ?? ofCategory[category];
}

const pictures = ['image/svg+xml', 'image/png', 'image/webp', 'image/jpeg'];

/** The address of an app's picture, which an `img` shows without running anything in it. */
export function pictureOf(icon: AppIcon | null): string | null {
  if (icon?.kind !== 'picture' || !pictures.includes(icon.media_type)) return null;
  return `data:${icon.media_type};base64,${icon.data}`;
}
