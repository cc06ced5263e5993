(* Threads of OCaml asked contend's six questions; docs/adding-a-reference.md has the protocol.
   Its clock is gettimeofday: whole microseconds. *)

let origin = Unix.gettimeofday ()
let now () = (Unix.gettimeofday () -. origin) *. 1e9
let say text = print_endline text

let say_list name values =
  say (Printf.sprintf "{\"%s\": [%s]}" name
         (String.concat ", " (List.map (fun v -> Printf.sprintf "%.3f" (max 0. v)) values)))

(* Means of [batch] calls each, until the time is over; the first quarter warms up. *)
let sample limit batch parts one =
  let start = now () in
  let rec go samples count =
    if count >= 5 && (now () -. start >= limit || count >= 300) then List.rev samples
    else begin
      let t0 = now () in
      one batch;
      let t1 = now () in
      if t1 -. start > limit /. 4. then
        go ((t1 -. t0) /. float (batch * parts) :: samples) (count + 1)
      else go samples count
    end
  in
  go [] 0

let smallest_divisor n =
  if n mod 2 = 0 then 2
  else begin
    let d = ref 3 in
    while !d * !d <= n && n mod !d <> 0 do d := !d + 2 done;
    if !d * !d > n then 1 else !d
  end

(* A gate that threads wait at. *)
type gate = { mutex : Mutex.t; opened : Condition.t; mutable is_open : bool; mutable here : int }

let make_gate () = { mutex = Mutex.create (); opened = Condition.create (); is_open = false; here = 0 }

let wait gate =
  Mutex.lock gate.mutex;
  gate.here <- gate.here + 1;
  while not gate.is_open do Condition.wait gate.opened gate.mutex done;
  Mutex.unlock gate.mutex

let open_gate gate =
  Mutex.lock gate.mutex;
  gate.is_open <- true;
  Condition.broadcast gate.opened;
  Mutex.unlock gate.mutex

let start_all count body = List.init count (fun i -> Thread.create body i)
let each count body = List.iter Thread.join (start_all count body)

let startup count limit =
  say_list "lifecycle_ns" (sample limit 1 count (fun _ -> each count ignore));
  if count = 1 then
    say_list "startup_ns"
      (List.init 100 (fun _ ->
           let first = ref 0. in
           let t0 = now () in
           Thread.join (Thread.create (fun () -> first := now ()) ());
           !first -. t0))

let memory less more =
  let gate = make_gate () and units = ref [] in
  List.iter
    (fun level ->
      while List.length !units < level do units := Thread.create wait gate :: !units done;
      Thread.delay 0.01;
      while gate.here < level do Thread.delay 0.01 done;
      say (Printf.sprintf "{\"ready\": %d}" level);
      ignore (read_line ()))
    [ less; more ];
  open_gate gate;
  List.iter Thread.join !units

(* Two that have the turn in turn. *)
let switch limit =
  let mutex = Mutex.create () and mine = Condition.create () and yours = Condition.create () in
  let turn = ref 0 and over = ref false in
  let take me condition other =
    while !turn <> me do Condition.wait condition mutex done;
    turn := 1 - me;
    Condition.signal other
  in
  let other =
    Thread.create
      (fun () ->
        Mutex.lock mutex;
        while not !over do take 1 yours mine done;
        Mutex.unlock mutex)
      ()
  in
  Mutex.lock mutex;
  let samples = sample limit 20 2 (fun batch -> for _ = 1 to batch do take 0 mine yours done) in
  over := true;
  turn := 1;
  Condition.signal yours;
  Mutex.unlock mutex;
  Thread.join other;
  say_list "switch_ns" samples

let future limit =
  let ops = ref 0 and sum = ref 0 in
  let one _ =
    incr ops;
    let value = ref 0 in
    Thread.join (Thread.create (fun n -> value := n) !ops);
    sum := !sum + !value
  in
  say_list "future_ns" (sample limit 1 1 one);
  say (Printf.sprintf "{\"ops\": %d, \"sum\": %d}" !ops !sum)

let compute count limit number =
  let gate = make_gate () and units = Array.make count (0., 0., 0, 0) in
  let body i =
    wait gate;
    let start = now () and ops = ref 0 and sum = ref 0 in
    let last = ref start in
    (* Once at least: the others may have the lock for all of the time. *)
    while !last -. start < limit do
      for _ = 1 to 10 do sum := !sum + smallest_divisor number; incr ops done;
      last := now ()
    done;
    units.(i) <- (start, !last, !ops, !sum)
  in
  let threads = start_all count body in
  open_gate gate;
  List.iter Thread.join threads;
  Array.iter
    (fun (start, stop, ops, sum) -> say (Printf.sprintf "{\"unit\": [%.0f, %.0f, %d, %d]}" start stop ops sum))
    units

let sleepers count duration =
  let woken = Atomic.make 0 and t0 = now () in
  each count (fun _ -> Thread.delay (duration /. 1e9); Atomic.incr woken);
  say (Printf.sprintf "{\"slept\": [%.0f, %.0f, %d]}" t0 (now ()) (Atomic.get woken))

let mixed count limit period =
  let over = ref false and computed = Array.make (count - 1) 0 in
  let body i =
    while not !over do
      computed.(i) <- computed.(i) + smallest_divisor 1000003; (* 1: it is a prime *)
      ignore (Sys.opaque_identity (now ())) (* allocates: before 4.13 nobody steps aside elsewhere *)
    done
  in
  let threads = start_all (count - 1) body in
  let start = now () in
  let rec go late count =
    if count >= 3 && now () -. start >= limit then late
    else begin
      let t0 = now () in
      Thread.delay (period /. 1e9);
      go ((now () -. t0 -. period) :: late) (count + 1)
    end
  in
  let late = go [] 0 in
  over := true;
  List.iter Thread.join threads;
  say_list "io_latency_ns" late;
  say (Printf.sprintf "{\"computed\": [%s]}" (String.concat ", " (Array.to_list (Array.map string_of_int computed))))

let () =
  let number i = int_of_string Sys.argv.(i) in
  let count = number 3 and limit = float (number 4) and more = number 5 in
  (match Sys.argv.(1) with
   | "startup" -> startup count limit
   | "memory" -> memory count more
   | "switch" -> switch limit
   | "future" -> future limit
   | "compute" -> compute count limit more
   | "sleepers" -> sleepers count limit
   | _ -> mixed count limit (float more));
  say "{\"end\": true}"
