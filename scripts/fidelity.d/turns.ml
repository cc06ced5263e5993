(* Who has the lock when, and how late a sleeper is: turns turns|late THREADS SECONDS

   The same as turns.rb, compiled: see there.  Its clock counts microseconds. *)
let mode = Sys.argv.(1)
let count = int_of_string Sys.argv.(2)
let seconds = float_of_string Sys.argv.(3)
let gap = 0.0002
let now = Unix.gettimeofday
let ns time = Printf.sprintf "%.0f" (time *. 1e9)

let turn limit =
  let i = ref 0 in
  while !i < limit do
    i := Sys.opaque_identity (!i + 1)
  done

let compute finish kept () =
  let first = ref (now ()) in
  let last = ref !first in
  while !last < finish do
    turn 5000;
    let time = now () in
    if time -. !last > gap then begin
      kept := (!first, !last) :: !kept;
      first := time
    end;
    last := time
  done;
  kept := (!first, !last) :: !kept

let () =
  let finish = now () +. seconds in
  let found = Array.init count (fun _ -> ref []) in
  let begun = ref 0 in
  let start kept = Thread.create (fun () -> incr begun; compute finish kept ()) () in
  let threads = Array.map start found in
  if mode = "late" then begin
    while !begun < count do Thread.delay 0.001 done;
    while now () < finish do
      let before = now () in
      Thread.delay 0.001;
      Printf.printf "late %s\n" (ns (now () -. before -. 0.001))
    done
  end;
  Array.iter Thread.join threads;
  if mode = "turns" then
    Array.iteri
      (fun n kept ->
        List.iter
          (fun (first, last) -> Printf.printf "stretch %d %s %s\n" n (ns first) (ns last))
          (List.rev !kept))
      found
